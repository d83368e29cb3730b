/** Model folders as files of other ecosystems: one class for each target. */
package org.maskwright.trainer.export;
