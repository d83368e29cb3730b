/** Images, masks, data sets, augmentation, loading and the official metrics; knows no engine. */
package org.maskwright.datasets;
