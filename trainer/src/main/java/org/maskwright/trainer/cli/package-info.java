/**
 * The command line: one class per command, each a thin reading of its options and a call of the
 * library. The only package that writes to the standard streams or ends the process. Results go to
 * standard output, everything else to standard error.
 */
package org.maskwright.trainer.cli;
