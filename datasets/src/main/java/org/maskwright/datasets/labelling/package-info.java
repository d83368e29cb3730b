/**
 * What labelling tools write, as data sets: a class for each tool that says what gives its files
 * away and reads them ({@link org.maskwright.datasets.catalog.Layout}), on one common base for
 * photographs whose objects are told by shapes.
 */
package org.maskwright.datasets.labelling;
