/// Which comes first: conversion to RGB, or resizing. Of a picture in RGB or grey the order does not matter.
public enum ColorOrder: String, Codable, Sendable, CaseIterable {
    /// RGB first, as Dassl does it, and so the code of CoOp and SPG, which is built on it.
    case dassl
    /// Resizing first, in the file's own colours, as the code of CLIP and open_clip does it: of palettes and two colours the
    /// nearest pixel is taken, alpha weights the colours, 16-bit grey is resized in 16 bits and inks as inks.
    case clip
}
