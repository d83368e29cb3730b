/** Learning from what is said of a picture as a whole: its class, or how it is turned. */
package org.maskwright.trainer.pictureclass;
