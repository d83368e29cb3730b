/**
 * Whether this machine computes rightly: what it is, and checks of every engine against answers
 * that do not depend on the machine. Checks that may end the process run in a JVM of their own.
 */
package org.maskwright.trainer.doctor;
