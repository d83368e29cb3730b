/**
 * TIFF as the sciences write it: any number of channels, 8 to 64 bits, whole or floating-point
 * numbers, in strips or tiles, interleaved or in planes or in pages.
 */
package org.maskwright.datasets.tiff;
