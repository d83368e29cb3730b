/** What a run trains on: data sets over one list of classes, and how they are drawn. */
package org.maskwright.trainer.source;
