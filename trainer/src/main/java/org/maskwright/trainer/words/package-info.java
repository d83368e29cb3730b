/**
 * Banks of words: files of class names and of templates, words that are near others, embeddings of
 * pictures that templates are weighed with.
 */
package org.maskwright.trainer.words;
