/**
 * Training on what somebody says of whole pictures: words of captions for the images of a source,
 * and the loss that finds the regions that they speak of.
 */
package org.maskwright.trainer.caption;
