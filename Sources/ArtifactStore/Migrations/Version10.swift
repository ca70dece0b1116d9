extension Migrations {
    /// Version 10: no other tables, but the views that figures read (`FigureViews.swift`).
    static let version10 = ""
}
