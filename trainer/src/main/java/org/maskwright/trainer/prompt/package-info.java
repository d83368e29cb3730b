/**
 * Models that answer prompts: a picture is encoded once, and points, boxes and earlier answers then
 * give masks of it ({@link org.maskwright.trainer.prompt.PromptPredictor}). How they are taught that
 * ({@link org.maskwright.trainer.prompt.PromptTask}), how they are judged ({@link
 * org.maskwright.trainer.prompt.PromptKind}), and what they make of a picture without anybody's
 * prompts ({@link org.maskwright.trainer.prompt.AutoMasks}).
 */
package org.maskwright.trainer.prompt;
