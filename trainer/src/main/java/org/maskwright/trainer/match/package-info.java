/**
 * Which query is compared with which target: policies, the exact cheapest assignment, and the
 * matches of a batch as a value. Plain Java; the costs come from {@link
 * org.maskwright.trainer.loss}.
 */
package org.maskwright.trainer.match;
