/**
 * Data sets written in another layout: a class for each target ({@link
 * org.maskwright.datasets.convert.ConversionTarget}), and what each cannot hold.
 */
package org.maskwright.datasets.convert;
