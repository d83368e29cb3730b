/**
 * Checks of an engine on the processor at hand, for the test suites and for users who want to know
 * whether the numbers of their machine can be trusted.
 */
package org.maskwright.engine.check;
