/**
 * Photographs with label images beside them: the common base of ADE20K, Cityscapes and VOC, and the
 * generic {@code folder} data set that reads CamVid and Penn-Fudan as they are.
 */
package org.maskwright.datasets.folder;
