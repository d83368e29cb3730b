/**
 * The one place that writes files: whole or not at all, with errors that say what to do. Knows no
 * other package of the project.
 */
package org.maskwright.files;
