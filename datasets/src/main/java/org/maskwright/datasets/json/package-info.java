/**
 * The official JSON files, read strictly and as a stream: COCO and LVIS instances, COCO results,
 * COCO panoptic.
 *
 * <p>{@link org.maskwright.datasets.json.CocoJson} reads. Wrong files end in a {@link
 * org.maskwright.datasets.DatasetException} with the file, the place, and the ids.
 */
package org.maskwright.datasets.json;
