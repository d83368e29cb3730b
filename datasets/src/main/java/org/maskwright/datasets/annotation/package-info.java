/**
 * The annotation files of other tools as they are written: one writer for each format, for data
 * sets that are converted ({@link org.maskwright.datasets.convert}) and for a model's predictions
 * alike. What is read is in the packages of the layouts.
 */
package org.maskwright.datasets.annotation;
