/**
 * What people wrote of pictures: files of captions, the words of a list that stand in them, and
 * data sets whose pictures have such words.
 */
package org.maskwright.datasets.captions;
