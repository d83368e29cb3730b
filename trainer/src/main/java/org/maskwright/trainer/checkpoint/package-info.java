/**
 * What a run leaves on disk: its folder, its checkpoints, the models in them, and the record of
 * what made it. Everything is written so that a process killed at any moment leaves either the old
 * state or the new one.
 */
package org.maskwright.trainer.checkpoint;
