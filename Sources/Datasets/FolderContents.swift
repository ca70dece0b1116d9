// What is in folders, in an order that does not depend on the file system.

/// The names in a folder that are not hidden and are UTF-8, sorted.
func contents(of folder: String) throws(DatasetError) -> [Name] {
    var names: [Name] = []
    try FolderEntry.forEach(in: folder) { entry in
        if !entry.isHidden, let name = entry.name { names.append(name) }
    }
    return names.sorted()
}

func folders(in folder: String) throws(DatasetError) -> [Name] {
    var names: [Name] = []
    try FolderEntry.forEach(in: folder) { entry in
        if !entry.isHidden, entry.kind == .folder, let name = entry.name { names.append(name) }
    }
    return names.sorted()
}
