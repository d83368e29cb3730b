/**
 * Plain vision transformers: one encoder ({@link org.maskwright.modelzoo.vit.Vit}) with the
 * switches of the families whose weights it takes ({@link org.maskwright.modelzoo.vit.VitFamily}),
 * and the feature pyramid that makes it a backbone.
 */
package org.maskwright.modelzoo.vit;
