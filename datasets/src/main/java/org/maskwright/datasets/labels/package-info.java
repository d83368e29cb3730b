/**
 * Labels while somebody draws them: a COCO file of a folder of pictures, on the disk as a whole
 * after each edit. Knows no server and no page.
 */
package org.maskwright.datasets.labels;
