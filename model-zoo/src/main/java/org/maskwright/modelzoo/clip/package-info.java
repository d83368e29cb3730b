/**
 * CLIP (arXiv 2103.00020) as it was published: its image encoder out of a file, with where it puts
 * pictures in the space that it shares with words, and both encoders together.
 */
package org.maskwright.modelzoo.clip;
