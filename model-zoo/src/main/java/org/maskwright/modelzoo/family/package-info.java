/**
 * How parts make a published model: the families of checkpoints ({@link
 * org.maskwright.modelzoo.family.KnownFamilies}), reading a file of any of them ({@link
 * org.maskwright.modelzoo.family.WeightImport}), the architecture that weights show ({@link
 * org.maskwright.modelzoo.family.DeducedArchitecture}), and the models of Hugging Face Transformers
 * ({@link org.maskwright.modelzoo.family.HuggingFaceFolder}). What a family knows of a part, it
 * asks the part.
 */
package org.maskwright.modelzoo.family;
