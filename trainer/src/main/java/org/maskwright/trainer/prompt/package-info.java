/**
 * Models that answer prompts: a picture is encoded once, and points, boxes and earlier answers then
 * give masks of it ({@link org.maskwright.trainer.prompt.PromptPredictor}).
 */
package org.maskwright.trainer.prompt;
