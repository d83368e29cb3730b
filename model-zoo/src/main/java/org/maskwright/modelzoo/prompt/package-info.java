/**
 * Masks on demand, as Segment Anything gives them: prompts (points, boxes, masks) and the features
 * of an image to masks and how good they are. Registered as the mask decoder {@code prompts}.
 */
package org.maskwright.modelzoo.prompt;
