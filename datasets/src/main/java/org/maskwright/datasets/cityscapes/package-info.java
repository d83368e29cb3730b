/** Cityscapes' layout: 19 evaluated classes, 8 of them things. */
package org.maskwright.datasets.cityscapes;
