/** COCO's layouts: instances with polygons or run lengths, and panoptic PNGs with their JSON. */
package org.maskwright.datasets.coco;
