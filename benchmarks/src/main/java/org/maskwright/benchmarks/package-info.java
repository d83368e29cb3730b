/**
 * Measurements: each class is a program whose result a page of the documentation quotes with its
 * command.
 */
package org.maskwright.benchmarks;
