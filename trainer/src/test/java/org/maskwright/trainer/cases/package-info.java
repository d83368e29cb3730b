/** Runs the command line on inputs that lie beside the project and compares what it does. */
package org.maskwright.trainer.cases;
