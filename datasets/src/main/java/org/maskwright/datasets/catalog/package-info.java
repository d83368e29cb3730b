/** From settings, or just a folder, to a data set; and the check of a whole data set. */
package org.maskwright.datasets.catalog;
