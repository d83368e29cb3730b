package org.maskwright.trainer.prompt;

/** Which of the decoder's four masks a prompt is answered with. */
public enum Hypotheses {
  /**
   * One: of a single point the hypothesis of the highest quality, as one point can mean several
   * objects; of any other prompt the single answer.
   */
  BEST,
  /** The single answer, whatever the prompt. */
  SINGLE,
  /** The three hypotheses, in the decoder's order. */
  THREE
}
