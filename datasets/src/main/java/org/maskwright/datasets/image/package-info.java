/**
 * Pictures in and out: photographs as RGB, label PNGs as integers ({@link
 * org.maskwright.datasets.image.LabelPng}).
 */
package org.maskwright.datasets.image;
