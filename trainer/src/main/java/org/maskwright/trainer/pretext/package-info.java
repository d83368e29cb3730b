/**
 * Learning before labels: tasks that train a backbone on pictures alone, and results that show what
 * it has learnt.
 */
package org.maskwright.trainer.pretext;
