/**
 * How several processes come to be: what torchrun, Kubeflow and Slurm say in the environment, and
 * processes that are started here.
 */
package org.maskwright.trainer.launch;
