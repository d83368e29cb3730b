/**
 * What a user chooses and sets: things with names ({@link org.maskwright.settings.Variant}), the
 * list of those that there are ({@link org.maskwright.settings.Registry}), what a key means ({@link
 * org.maskwright.settings.Doc}), and the name that a wrong one was probably meant to be ({@link
 * org.maskwright.settings.Names}). Knows no file format and no other module.
 */
package org.maskwright.settings;
