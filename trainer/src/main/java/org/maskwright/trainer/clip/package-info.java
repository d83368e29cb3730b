/**
 * Learning from captions of whole pictures: CLIP (arXiv 2103.00020) and SLIP (arXiv 2112.12750),
 * retrieval as what a model of them is evaluated by, and their text encoder for banks of words.
 */
package org.maskwright.trainer.clip;
