using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Management.Automation;

namespace Evaluator
{
    // VersionData is what a file's version resource says.
    sealed class VersionData
    {
        public int FileMajorPart { get; set; }
        public int FileMinorPart { get; set; }
        public int FileBuildPart { get; set; }
        public int FilePrivatePart { get; set; }
        public string FileVersion { get; set; }
    }

    // FileItem is a file or folder as Get-Item and Get-ChildItem give it.
    sealed class FileItem
    {
        readonly FileSystemInfo info;
        readonly World world;
        public FileItem(string at, World world) { this.world = world; info = Directory.Exists(at) ? (FileSystemInfo)new DirectoryInfo(at) : new FileInfo(at); }
        public string FullName { get { return world.Seen(info.FullName); } }
        public string Name { get { return info.Name; } }
        public string Extension { get { return info.Extension; } }
        public string BaseName { get { return Path.GetFileNameWithoutExtension(info.Name); } }
        public string DirectoryName { get { return WindowsPath.Parent(FullName); } }
        public long Length { get { return ((FileInfo)info).Length; } }
        public bool PSIsContainer { get { return info is DirectoryInfo; } }
        public DateTime LastWriteTime { get { return info.LastWriteTime; } }
        public DateTime LastWriteTimeUtc { get { return info.LastWriteTimeUtc; } }
        public VersionData VersionInfo
        {
            get
            {
                var v = new VersionData();
                var parts = world.Map("versions");
                var hit = parts == null ? null : parts.Keys.FirstOrDefault(k => k.Equals(FullName, StringComparison.OrdinalIgnoreCase));
                if (hit == null) return v;
                v.FileVersion = (string)parts[hit];
                var n = v.FileVersion.Split('.').Select(int.Parse).ToArray();
                v.FileMajorPart = n[0]; v.FileMinorPart = n[1]; v.FileBuildPart = n[2]; v.FilePrivatePart = n[3];
                return v;
            }
        }
        public override string ToString() { return FullName; }
    }

    // WindowsPath does with paths what System.IO.Path does on Windows.
    static class WindowsPath
    {
        public static string Parent(string p)
        {
            var s = p.Replace('/', '\\').TrimEnd('\\');
            int i = s.LastIndexOf('\\');
            return i < 0 ? "" : i == 2 && s[1] == ':' ? s.Substring(0, 3) : s.Substring(0, i);
        }

        public static string Leaf(string p) { var s = p.Replace('/', '\\').TrimEnd('\\'); return s.Substring(s.LastIndexOf('\\') + 1); }
        public static bool Rooted(string p) { return p.StartsWith("\\") || p.StartsWith("/") || p.Length > 1 && p[1] == ':'; }
        public static string Combine(string a, string b)
        {
            if ((a + b).IndexOfAny("<>|\"\0".ToCharArray()) >= 0) throw new ArgumentException("Illegal characters in path.");
            if (b == "" || Rooted(b)) return b == "" ? a : b;
            return a == "" ? b : a.EndsWith("\\") || a.EndsWith("/") || a.EndsWith(":") ? a + b : a + "\\" + b;
        }
    }

    sealed partial class Interpreter
    {
        Stage FileCmdlet(Node n, string name, List<Argument> args)
        {
            Given g;
            switch (name)
            {
                case "join-path":
                    g = new Given(n, "Path@0 ChildPath@1", args);
                    return Simple(e => e(NotEmpty(g, "Path").TrimEnd('\\') + "\\" + g.Text("ChildPath").TrimStart('\\')));
                case "split-path":
                    g = new Given(n, "Path@0 LiteralPath Parent! Leaf!", args);
                    return Simple(e => { var p = NotEmpty(g, g.Has("LiteralPath") ? "LiteralPath" : "Path"); e(g.Is("Leaf") ? WindowsPath.Leaf(p) : WindowsPath.Parent(p)); });
                case "test-path":
                    g = new Given(n, "Path@0 LiteralPath PathType", args);
                    return Simple(e =>
                    {
                        var at = world.At(Named(n, g));
                        var type = g.Text("PathType").ToLowerInvariant();
                        e(File.Exists(at) && type != "container" || Directory.Exists(at) && type != "leaf");
                    });
                case "get-item":
                    g = new Given(n, "Path@0 LiteralPath Force!", args);
                    return Simple(e =>
                    {
                        var at = world.At(Named(n, g));
                        if (File.Exists(at) || Directory.Exists(at)) e(new FileItem(at, world));
                        else Report(g, new ItemNotFoundException("Cannot find path '" + Named(n, g) + "' because it does not exist."), "PathNotFound,Microsoft.PowerShell.Commands.GetItemCommand");
                    });
                case "get-childitem":
                    g = new Given(n, "Path@0 LiteralPath Filter@1 File! Directory! Recurse! Force!", args);
                    return Simple(e =>
                    {
                        var at = world.At(Named(n, g));
                        if (Directory.Exists(at)) Children(g, at, e);
                        else if (File.Exists(at)) e(new FileItem(at, world));
                        else Report(g, new ItemNotFoundException("Cannot find path '" + Named(n, g) + "' because it does not exist."), "PathNotFound,Microsoft.PowerShell.Commands.GetChildItemCommand");
                    });
                case "get-location": return Simple(e => e(new Record("System.Management.Automation.PathInfo").With("Path", world.Location).With("ProviderPath", world.Location)));
            }
            return null;
        }

        static string NotEmpty(Given g, string name)
        {
            if (g[name] == null) throw new Thrown(new ParameterBindingException("Cannot bind argument to parameter '" + name + "' because it is null."), "ParameterArgumentValidationErrorNullNotAllowed");
            if (g.Text(name) == "") throw new Thrown(new ParameterBindingException("Cannot bind argument to parameter '" + name + "' because it is an empty string."), "ParameterArgumentValidationErrorEmptyStringNotAllowed");
            return g.Text(name);
        }

        static string Named(Node n, Given g)
        {
            if (g.Has("LiteralPath")) return NotEmpty(g, "LiteralPath");
            var p = NotEmpty(g, "Path");
            if (p.IndexOfAny("*?[]".ToCharArray()) >= 0) throw n.Cannot("a path with wildcards");
            return p;
        }

        void Children(Given g, string at, Action<object> emit)
        {
            if (world.Listed("deniedFiles", world.Seen(at)))
            {
                Report(g, new UnauthorizedAccessException("Access to the path '" + world.Seen(at) + "' is denied."), "DirUnauthorizedAccessError,Microsoft.PowerShell.Commands.GetChildItemCommand");
                return;
            }
            var all = Directory.GetFileSystemEntries(at).OrderBy(x => Path.GetFileName(x).ToUpperInvariant(), StringComparer.Ordinal).ToList();
            foreach (var x in all)
            {
                bool folder = Directory.Exists(x);
                if (g.Is("File") && folder || g.Is("Directory") && !folder) continue;
                if (!g.Is("Force") && world.Listed("hiddenFiles", world.Seen(x))) continue;
                if (g.Has("Filter") && !TextOperators.Like(Path.GetFileName(x), g.Text("Filter"), false)) continue;
                emit(new FileItem(x, world));
            }
            if (g.Is("Recurse")) foreach (var x in all.Where(Directory.Exists)) if (g.Is("Force") || !world.Listed("hiddenFiles", world.Seen(x))) Children(g, x, emit);
        }
    }
}
