/** Regions of a picture that nobody has annotated. */
package org.maskwright.datasets.regions;
