using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading;

namespace Evaluator
{
    static class Program
    {
        // Main runs scripts one after the other, each on a machine of its own. A line of
        // its input is FOLDER, TREE, SCRIPT and the script's arguments, with tabs between;
        // the folder holds world.json and network. What is printed goes into output there,
        // and a line says how it ended: 0, 1 for an error of the script, 2 where the
        // evaluator cannot do something.
        static int Main()
        {
            var answers = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false)) { AutoFlush = true };
            var jobs = new StreamReader(Console.OpenStandardInput(), new UTF8Encoding(false));
            for (string line = jobs.ReadLine(); line != null; line = jobs.ReadLine())
            {
                var words = line.Split('\t');
                int code;
                using (var text = new StreamWriter(Path.Combine(words[0], "output"), false, new UTF8Encoding(false))) code = Run(text, words[0], words[1], words[2], words.Skip(3));
                answers.WriteLine(code);
            }
            return 0;
        }

        // programs are the trees that were read before.
        static readonly Dictionary<string, Node> programs = new Dictionary<string, Node>();

        static Node Read(string tree, string script)
        {
            var read = Json.Read(File.ReadAllText(tree));
            var wrong = read as Dictionary<string, object>;
            if (wrong != null) throw new Unsupported("what the grammar cannot read: " + wrong["error"]);
            return Node.Of(read, File.ReadAllText(script));
        }

        static int Run(TextWriter text, string folder, string tree, string script, IEnumerable<string> args)
        {
            try
            {
                var world = new World((Dictionary<string, object>)Json.Read(File.ReadAllText(Path.Combine(folder, "world.json"))));
                Node program;
                if (!programs.TryGetValue(tree, out program)) programs[tree] = program = Read(tree, script);
                Thread.CurrentThread.CurrentCulture = CultureInfo.InvariantCulture;
                Thread.CurrentThread.CurrentUICulture = CultureInfo.InvariantCulture;
                Environment.SetEnvironmentVariable("WINDOWS_NETWORK", Path.Combine(folder, "network"));
                Trust.Fill(world);
                Windows.Empty(Path.Combine(folder, "registry"));
                new Windows(world).Fill();
                Thread.CurrentThread.CurrentCulture = new CultureInfo(world.Text("culture"));
                var i = new Interpreter(world, s => text.Write(s + "\n"));
                i.RunFile(program, args.Select(Word).ToList(), v => text.Write(Converter.Text(v) + "\n"));
                return 0;
            }
            catch (Thrown t)
            {
                text.Write("ERROR " + t.Record.FullyQualifiedErrorId + ": " + t.Record.Exception.Message + "\n");
                return 1;
            }
            catch (Unsupported u)
            {
                text.Write(u.Message + "\n");
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
