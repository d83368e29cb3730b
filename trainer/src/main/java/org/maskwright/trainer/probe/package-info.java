/** What a trained backbone knows, measured without training it: probes of its frozen features. */
package org.maskwright.trainer.probe;
