/** Pictures of which each has one class, and classes that are kinds of others. */
package org.maskwright.datasets.pictureclass;
