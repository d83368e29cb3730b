package org.maskwright.trainer.config;

/**
 * A published pair of experiment and model.
 *
 * @param experiment the file, as the user named it
 * @param model name of the model's file, without its ending
 * @param result that its authors report; {@code none published} where they report none
 * @param hardware that it was trained on; empty where they do not say
 */
public record Recipe(String experiment, String model, String result, String hardware) {}
