/** Settings for data of one's own: what to train, how and for how long, by rules, with reasons. */
package org.maskwright.trainer.plan;
