using System;
using System.Collections.Generic;
using System.IO;
using System.Reflection;
using Mono.Security.X509;

namespace Evaluator
{
    // Trust gives the described machine's store of authorities to Mono's classes: in
    // the old form, which chains are built with, and in the one that TLS reads.
    static class Trust
    {
        static readonly HashSet<string> known = new HashSet<string>();

        // Fill adds authorities; those of one process are trusted to its end.
        public static void Fill(World world)
        {
            var folder = Path.Combine(Environment.GetEnvironmentVariable("HOME"), "store");
            Place("_localMachinePath", Path.Combine(folder, "certs"));
            Place("_newLocalMachinePath", Path.Combine(folder, "new-certs"));
            Place("_userPath", Path.Combine(folder, "user-certs"));
            Place("_newUserPath", Path.Combine(folder, "new-user-certs"));
            foreach (string raw in world.List("roots"))
            {
                if (!known.Add(raw)) continue;
                var c = new X509Certificate(Convert.FromBase64String(raw));
                X509StoreManager.LocalMachine.TrustedRoot.Import(c);
                X509StoreManager.NewLocalMachine.TrustedRoot.Import(c);
            }
        }

        static void Place(string field, string path)
        {
            var f = typeof(X509StoreManager).GetField(field, BindingFlags.Static | BindingFlags.NonPublic);
            if (f == null) throw new Unsupported("a Mono whose stores lie elsewhere");
            f.SetValue(null, path);
        }
    }
}
