/** PASCAL VOC's segmentation layout. */
package org.maskwright.datasets.voc;
