using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Threading;

namespace Evaluator
{
    static class Program
    {
        // Main runs a script: evaluator.exe WORLD TREE SCRIPT [argument…].
        // It ends with 0, with 1 for an error of the script, with 2 where the evaluator
        // cannot do something.
        static int Main(string[] args)
        {
            var text = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false)) { AutoFlush = true };
            try
            {
                var world = new World((Dictionary<string, object>)Json.Read(File.ReadAllText(args[0])));
                var tree = Json.Read(File.ReadAllText(args[1]));
                var wrong = tree as Dictionary<string, object>;
                if (wrong != null) throw new Unsupported("what the grammar cannot read: " + wrong["error"]);
                var program = Node.Of(tree, File.ReadAllText(args[2]));
                CultureInfo culture = world.Text("culture") == "" ? CultureInfo.InvariantCulture : new CultureInfo(world.Text("culture"));
                Thread.CurrentThread.CurrentCulture = culture;
                Thread.CurrentThread.CurrentUICulture = CultureInfo.InvariantCulture;
                Trust.Fill(world, Path.Combine(Path.GetDirectoryName(args[0]), "store"));
                new Windows(world).Fill();
                var i = new Interpreter(world, s => text.WriteLine(s));
                i.RunFile(program, args.Skip(3).Select(Word).ToList(), v => text.WriteLine(Converter.Text(v)));
                return 0;
            }
            catch (Thrown t)
            {
                text.WriteLine("ERROR " + t.Record.FullyQualifiedErrorId + ": " + t.Record.Exception.Message);
                return 1;
            }
            catch (Unsupported u)
            {
                text.WriteLine(u.Message);
                return 2;
            }
        }

        // Word is an argument as powershell -File takes it: one that begins with a dash
        // names a parameter.
        static Argument Word(string s)
        {
            if (s.Length > 1 && s[0] == '-' && char.IsLetter(s[1])) return new Argument { Name = s.Substring(1), HasValue = false };
            return new Argument { Value = s };
        }
    }
}
