/** LVIS: COCO's instances with a long tail of classes, on COCO's photographs. */
package org.maskwright.datasets.lvis;
