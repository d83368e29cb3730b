/**
 * Matching of predictions to targets: the exact cheapest assignment, in plain Java. The costs come
 * from {@link org.maskwright.trainer.loss}.
 */
package org.maskwright.trainer.matching;
