/** Images to feature maps: residual networks and Swin transformers. */
package org.maskwright.modelzoo.backbone;
